"""The codes of reading a file and its syntax: E0xx."""

from __future__ import annotations

from frontend.source.explanations import Explanation

SYNTAX_CODES = {
    "E001": Explanation(
        "unexpected text",
        "The text at the caret cannot stand there. The message names what could. After it the "
        "parser skips to the end of the statement, field or declaration and goes on, so a "
        "mistake inside the skipped part shows only once this one is put right.",
        "/* wrong */ enum migratetype { MOVABLE ISOLATE }\n"
        "/* right */ enum migratetype { MOVABLE, ISOLATE }",
    ),
    "E002": Explanation(
        "a character without meaning",
        "Outside strings and comments only letters, digits and the operators of C are used. "
        "Text pasted from a mail or a paper often carries typographic quotes, dashes or "
        "mathematical signs.",
        "/* wrong */ assume a: x ≤ 3;\n/* right */ assume a: x <= 3;",
    ),
    "E003": Explanation(
        "a comment is never closed",
        "A comment that begins with `/*` reaches to the next `*/`; comments do not nest. "
        "Everything behind the open one was ignored.",
        "/* wrong */ /* the fast path\n/* right */ /* the fast path */",
    ),
    "E004": Explanation(
        "a string is never closed",
        'A string ends with `"` on the line where it began. There are no escapes; write '
        "several strings with commas where a list is allowed.",
        '/* wrong */ not modelled "irqs;\n/* right */ not modelled "irqs";',
    ),
    "E005": Explanation(
        "not a number",
        "Numbers are decimal or, behind `0x`, hexadecimal. Integers have no size, so C's "
        "suffixes have no meaning; a leading zero would be octal in C and is refused.",
        "/* wrong */ bound page = 4UL;\n/* right */ bound page = 4;",
    ),
    "E006": Explanation(
        "nested too deep",
        "Brackets, statements or operators nest deeper than the tools follow. Nobody reads "
        "such text either: name parts of it with `define` or move them into a `proc`.",
        "/* wrong */ x = ((((((((((((((((((...\n/* right */ define near(page p): bool = ...;",
    ),
    "E007": Explanation(
        "a semicolon is missing",
        "Statements, fields and most declarations end with `;`. The caret is where it belongs. "
        "The parser goes on as if it were there.",
        "/* wrong */ p.in_use = false\n/* right */ p.in_use = false;",
    ),
    "E008": Explanation(
        "`=` and `==` are mixed up",
        "`=` is the assignment statement and never part of an expression; `==` compares.",
        "/* wrong */ if (mt = ISOLATE) goto out;\n/* right */ if (mt == ISOLATE) goto out;",
    ),
    "E009": Explanation(
        "an empty file",
        "A specification begins with its name and declares at least one thread.",
        "/* right */ spec free_path;",
    ),
    "E010": Explanation(
        "`->` is neither member access nor implication",
        "Fields are read with `.`, whether through a reference or not; implication is `=>`, "
        "because readers of C would take `->` for member access.",
        "/* wrong */ zone->nr_free_pages++;\n/* right */ zone.nr_free_pages++;",
    ),
    "E011": Explanation(
        "the file ends in the middle",
        "The last construct is not complete: often a `}` or a `;` is missing. The notes say "
        "which brackets are still open.",
        "/* wrong */ struct page { bool in_use;\n/* right */ struct page { bool in_use; }",
    ),
    "E012": Explanation(
        "a misspelt keyword",
        "A word stands where a keyword is needed, and is close to one, or is another "
        "language's word for an operator.",
        "/* wrong */ strcut page { }\n/* right */ struct page { }",
    ),
    "E013": Explanation(
        "the specification is too large",
        "The text is larger than any specification that could be checked.",
        "/* right */ split the system: one race, one file",
    ),
    "E014": Explanation(
        "a bracket is not closed before the next declaration",
        "Declarations do not stand inside bodies, so the bracket in the note should have been "
        "closed before this line.",
        "/* wrong */ proc f() { x = 1;\n            proc g() { }\n"
        "/* right */ proc f() { x = 1; }\n            proc g() { }",
    ),
    "E015": Explanation(
        "this unfolds to more than can be checked",
        "Calls and `define`s are inlined, a record is one variable for each part, and each way "
        "through tests of locals is a step of its own, so a page of text can stand for more than "
        "any machine holds. The message names the limit, the caret what would go beyond it. "
        "The limits are those of what could ever be verified; no option raises them.",
        "/* wrong */ proc f() { g(); g(); }  proc g() { h(); h(); }  ... twenty times\n"
        "/* right */ proc f() { loop g(); }",
    ),
    "E016": Explanation(
        "a size that is out of reach",
        "A bound, the number of variables that an array has at the bounds, or a range that a "
        "quantifier, `any` or `for each` goes through is larger than any engine could look at. "
        "Races show with two or three objects, and a proof for every size does not depend on the "
        "bounds.",
        "/* wrong */ bound page = 100000;\n/* right */ bound page = 4;",
    ),
    "E017": Explanation(
        "a specification without a name",
        "Each specification begins with its name; results and logs are listed under it.",
        "/* wrong */ thread cpu { }\n/* right */ spec free_path;  thread cpu { }",
    ),
    "E018": Explanation(
        "a character that cannot be seen",
        "Control characters, marks that turn the direction of text or take no room, and ends of "
        "lines other than a line feed make what a person sees differ from what is read: a "
        "comment that ends in a carriage return hides what follows it. They stand nowhere in a "
        "specification, in comments and strings neither.",
        "/* wrong */ nat n = 0; // a comment<CR>invariant low: n <= 1;\n"
        "/* right */ nat n = 0; // a comment\n            invariant low: n <= 1;",
    ),
    "E020": Explanation(
        "no such file",
        "Nothing has the path given. It is taken relative to the current directory.",
        "/* right */ buddyproof check spec/free_path.alloc",
    ),
    "E021": Explanation(
        "a directory",
        "Specifications are single files; a directory is not searched.",
        "/* right */ buddyproof check spec/*.alloc",
    ),
    "E022": Explanation(
        "the file cannot be read",
        "The system refused to open or read the file; the message carries its reason.",
        "/* right */ chmod u+r spec/free_path.alloc",
    ),
    "E023": Explanation(
        "not a text file",
        "Specifications are UTF-8 text. A byte order mark and CRLF line ends are accepted; "
        "other encodings and binary files are not.",
        "/* right */ iconv -f latin1 -t utf-8 old.alloc > new.alloc",
    ),
    "E024": Explanation(
        "the file is too large",
        "The file is larger than any specification that could be checked; is it one?",
        "/* right */ buddyproof check spec/free_path.alloc",
    ),
    "E025": Explanation(
        "the time was up",
        "Reading and checking the specification took longer than the time limit allows, or a "
        "signal came. This says nothing against the specification; the exit status is that of a "
        "limit that was met.",
        "/* right */ buddyproof verify --timeout 10m spec/free_path.alloc",
    ),
    "E026": Explanation(
        "no memory was left",
        "The system refused memory while the specification was read and checked. This says nothing "
        "against the specification; the exit status is that of a limit that was met.",
        "/* right */ ulimit -v unlimited",
    ),
    "E027": Explanation(
        "the tool made a mistake",
        "Reading the specification ended in an error of the tool's own. Please report it, with "
        "the specification. Other specifications are looked at all the same.",
        "/* right */ BUDDYPROOF_DEBUG=1 buddyproof check spec/free_path.alloc",
    ),
}
