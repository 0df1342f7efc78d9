"""The codes of statements: E3xx."""

from __future__ import annotations

from frontend.source.explanations import Explanation

STATEMENT_CODES = {
    "E301": Explanation(
        "a call inside an expression",
        "A call takes steps of its own, so it is a statement, a whole right-hand side or a whole "
        "condition. What only names a formula is a `define` and may stand anywhere.",
        "/* wrong */ n = 1 + order_of(p);\n/* right */ n = order_of(p); n = n + 1;",
    ),
    "E302": Explanation(
        "no loop to leave",
        "`break` and `continue` belong to a `while`, `loop` or `for each` of the same procedure.",
        "/* wrong */ if (done) break;\n/* right */ loop { if (done) break; }",
    ),
    "E303": Explanation(
        "waiting in the middle of a step",
        "An atomic block waits as a whole or not at all, so only its first statement may be one "
        "that waits: `await`, `spin_lock`, `any(...: F)`.",
        "/* wrong */ atomic { taken = true; await ready; }\n"
        "/* right */ atomic { await ready; taken = true; }",
    ),
    "E304": Explanation(
        "a loop that would never end its step",
        "An atomic block is one step, and a step ends. A loop over objects inside it is an "
        "`update`, a `count` or an `exists`.",
        "/* wrong */ atomic { while (busy) busy = false; }\n"
        "/* right */ atomic { if (busy) busy = false; }",
    ),
    "E305": Explanation(
        "a torn statement",
        "One statement is one step, so it must be one in the kernel, too. Here another thread "
        "could come between two accesses to shared state, because no lock that is held keeps it "
        "out: `counter++` is a load and a store. Write what the code does: two statements, or an "
        "atomic operation, or `atomic { ... }` where something else makes it one.",
        "/* wrong */ counter++;\n/* right */ add_return(counter, 1);",
    ),
    "E306": Explanation(
        "a local without a value",
        "On some way to this statement nothing was assigned to the local. Locals begin without "
        "a value, and are fresh in each round of a loop.",
        "/* wrong */ page p; p.dirty = true;\n/* right */ page p = any(page); p.dirty = true;",
    ),
    "E307": Explanation(
        "code that depends on ghost state",
        "A `ghost` field exists for the proof's sake: the kernel does not have it, so no test, "
        "wait or assignment of the code may depend on it. Properties and `assert` may.",
        "/* wrong */ if (added > 0) flush();\n/* right */ assert flushed: added == 0;",
    ),
    "E308": Explanation(
        "not for an `update`",
        "An `update` writes every matching object at once: it holds assignments to fields of the "
        "object that it binds, and nothing that takes a step or picks.",
        "/* wrong */ update page q { zone.count++; }\n"
        "/* right */ update page q { q.dirty = false; }",
    ),
    "E309": Explanation(
        "a value that does not come back",
        "A procedure with a result type returns a value on every way through it; one without, "
        "and a thread's body, return none.",
        "/* wrong */ proc f(): bool { if (busy) return true; }\n"
        "/* right */ proc f(): bool { if (busy) return true; return false; }",
    ),
    "E310": Explanation(
        "`any` inside an expression",
        "A pick is a choice that the step makes, so it is a whole right-hand side.",
        "/* wrong */ n = 1 + any(int 0..3);\n/* right */ n = any(int 0..3); n = n + 1;",
    ),
    "E311": Explanation(
        "too many ways through one step",
        "Every way through the tests of a step is told apart, and here there are thousands. Let "
        "the step end earlier, or compute with `? :` instead of branching.",
        "/* wrong */ atomic { if (a) n++; if (b) n++; ... }\n"
        "/* right */ atomic { n += (a ? 1 : 0) + (b ? 1 : 0) + ...; }",
    ),
    "E312": Explanation(
        "no branch is left",
        "Every branch of this `choose` stands under a `when` that this variant does not satisfy. "
        "Nobody could go on: put the `when` around the whole, or leave a branch.",
        "/* wrong */ choose when (fix) { a(); }\n/* right */ when (fix) a();",
    ),
}
