"""The codes of names, variants and where things may stand: E1xx."""

from __future__ import annotations

from frontend.source.explanations import Explanation

NAME_CODES = {
    "E101": Explanation(
        "declared twice",
        "A name stands for one thing: types, globals, procedures and variants share the file, "
        "fields their struct, labels their procedure, and the names of a quantifier each other. "
        "The note says where the first one is.",
        "/* wrong */ nat counter = 0; bool counter = false;\n"
        "/* right */ nat counter = 0; bool counting = false;",
    ),
    "E102": Explanation(
        "unknown name",
        "No local, field, global, enum member or constant of this name can be seen here. Locals "
        "end with the block that declares them, and properties see no locals but through a "
        "thread: `c.f.x`.",
        "/* wrong */ mt = MOVEABLE;\n/* right */ mt = MOVABLE;",
    ),
    "E103": Explanation(
        "unknown type",
        "A type is `bool`, `nat`, `int`, `int LOW..HIGH`, `spinlock`, `set of` something, or the "
        "name of an enum, record, struct, thread or typedef of this file.",
        "/* wrong */ unsigned long count = 0;\n/* right */ nat count = 0;",
    ),
    "E104": Explanation(
        "unknown field",
        "The struct, single, record or procedure exists, but has no field, part or local of this "
        "name in this variant: a `when` may have left it out.",
        "/* wrong */ zone.nr_free++;\n/* right */ zone.nr_free_pages++;",
    ),
    "E105": Explanation(
        "unknown procedure",
        "What is called is neither a `proc` or `define` of this file nor one of the operations "
        "that the language brings; or a property asks for a thread's place in a procedure that "
        "this kind of thread never calls.",
        "/* wrong */ mutex_lock(lock);\n/* right */ spin_lock(lock);",
    ),
    "E106": Explanation(
        "unknown label",
        "`goto` finds labels of its own procedure only. `c at f.label` finds those that a thread "
        "of c's kind can come by, in this variant.",
        "/* wrong */ invariant one: count(cpu c: c at free.outt) <= 1;\n"
        "/* right */ invariant one: count(cpu c: c at free.out) <= 1;",
    ),
    "E107": Explanation(
        "unknown flag",
        "Variants and `when` speak of flags, each declared by `patch` or `config`.",
        "/* wrong */ variant v4 = { recheck };\n"
        '/* right */ patch recheck "read again under the lock"; variant v4 = { recheck };',
    ),
    "E108": Explanation(
        "unknown variant",
        "A variant builds on variants above it in the file; `expect` names one of them, or "
        "`main` where the file declares none.",
        "/* wrong */ variant v4 = v3 + { recheck }; variant v3 = {};\n"
        "/* right */ variant v3 = {}; variant v4 = v3 + { recheck };",
    ),
    "E109": Explanation(
        "unknown property",
        "`expect` names invariants, lemmas, asserts, `reachable`s and built-in properties of the "
        "variant; a `when` may have left one out of it.",
        "/* wrong */ expect v3 violates acounting;\n/* right */ expect v3 violates accounting;",
    ),
    "E110": Explanation(
        "a bound that does not fit",
        "`bound` gives the number of objects of a struct or of threads of a kind, once and from 1 "
        "up. A `single` is always one.",
        "/* wrong */ bound pages = 4;\n/* right */ bound page = 4;",
    ),
    "E112": Explanation(
        "something every specification needs",
        "A file has exactly one `spec NAME;` and at least one `thread`: without one nothing ever "
        "happens, and every invariant is as good as its initial state.",
        "/* right */ spec counting; thread cpu { add_return(counter, 1); }",
    ),
    "E113": Explanation(
        "recursion",
        "Procedures and definitions are inlined where they are called, so none may come back to "
        "itself, not even by way of another. Write a `loop`.",
        "/* wrong */ proc drain() { step(); drain(); }\n/* right */ proc drain() { loop step(); }",
    ),
    "E115": Explanation(
        "no meaning here",
        "Some formulas belong to one place: where a thread stands (`at`, `in`, `c.f.x`) to "
        "properties, `self` and locals to code.",
        "/* wrong */ invariant mine: held_by(lock, self);\n"
        "/* right */ invariant mine: forall cpu c: c at critical => held_by(lock, c);",
    ),
    "E134": Explanation(
        "a `when` on something that is no flag",
        "`when` chooses between versions of the text before anything runs, as `#ifdef` does. "
        "What depends on a value at run time is an `if`.",
        "/* wrong */ when (zone.count > 0) recheck();\n/* right */ if (zone.count > 0) recheck();",
    ),
}
