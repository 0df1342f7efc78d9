"""The codes of warnings: Wxxx."""

from __future__ import annotations

from frontend.source.explanations import Explanation

WARNING_CODES = {
    "W401": Explanation(
        "a statement that nothing runs",
        "No way through the thread comes by this statement, in this variant: something before it "
        "always leaves. Nothing is verified about it.",
        "/* wrong */ return; counter = 2;\n/* right */ counter = 2; return;",
    ),
    "W402": Explanation(
        "a procedure that no thread calls",
        "The procedure is checked, but nothing is verified about it. Call it from a thread, or "
        "put it under the `when` of the variants that do.",
        "/* right */ thread cpu { loop reset(); }",
    ),
    "W403": Explanation(
        "a flag that changes nothing",
        "No `when` asks for this patch or configuration, so variants with and without it are the "
        "same system.",
        "/* right */ when (recheck) mt = p.block.mt;",
    ),
}
