"""The codes of types: E2xx."""

from __future__ import annotations

from frontend.source.explanations import Explanation

TYPE_CODES = {
    "E201": Explanation(
        "wrong type",
        "What stands here has a type, and another is needed. Nothing is converted on the way: a "
        "number is no truth value, and an optional reference is compared with `none`.",
        "/* wrong */ if (p) p.dirty = true;\n/* right */ if (p != none) p.dirty = true;",
    ),
    "E204": Explanation(
        "wrong number of arguments",
        "Procedures, definitions and the operations of the language take as many arguments as "
        "they declare.",
        "/* wrong */ add_return(counter);\n/* right */ add_return(counter, 1);",
    ),
    "E205": Explanation(
        "a literal whose type nothing tells",
        "`none`, `empty` and a set in braces take their type from what is around them: the other "
        "side of a comparison, or what is assigned to. Here there is none.",
        "/* wrong */ await none == none;\n/* right */ await zone.tail == none;",
    ),
    "E206": Explanation(
        "not to be assigned",
        "`const` fields, parameters of properties, enum members and results of expressions never "
        "change. What a `const` field holds is restricted by `assume`.",
        "/* wrong */ p.block = b;\n/* right */ assume placed: forall page p: p.block != none;",
    ),
    "E207": Explanation(
        "wrong index",
        "An indexed field is used with exactly the indices that it declares, and only such a "
        "field has any.",
        "/* wrong */ free_area = 1;\n/* right */ free_area[MOVABLE, 0] = 1;",
    ),
    "E208": Explanation(
        "indexed by something without an end",
        "A field is indexed by objects of a sort, an enum, `bool` or a range: there must be "
        "finitely many indices, and `none` is not one.",
        "/* wrong */ bool free[nat];\n/* right */ bool free[0..3];",
    ),
    "E209": Explanation(
        "not an initial value",
        "A field starts out with a constant of its type, the same in every object, or, without "
        "one, with anything. What depends on other state is said by `assume`. A set starts out "
        "as `empty` or `all ...`.",
        "/* wrong */ int 0..3 order = 4;\n/* right */ int 0..3 order = 3;",
    ),
    "E210": Explanation(
        "an empty range",
        "The lower end of a range is above the upper one: no value fits.",
        "/* wrong */ int 3..1 order;\n/* right */ int 1..3 order;",
    ),
    "E211": Explanation(
        "bits of a number without limits",
        "`& | ^ << >>` work on integers of a known size, so that their result has one, too. Give "
        "the value a range. A shift goes 64 bits at most.",
        "/* wrong */ nat pfn; ... pfn ^ 1\n/* right */ int 0..7 pfn; ... pfn ^ 1",
    ),
    "E212": Explanation(
        "a set of something without an end",
        "A set is over the objects of a sort, an enum or a range.",
        "/* wrong */ set of nat seen;\n/* right */ set of cpu seen;",
    ),
    "E213": Explanation(
        "a spinlock used as a value",
        "A spinlock is a shared field. It is taken and released with `spin_lock`, `spin_trylock` "
        "and `spin_unlock`, asked about with `held` and `held_by`, and nothing else.",
        "/* wrong */ await lock == none;\n/* right */ await !held(lock);",
    ),
    "E214": Explanation(
        "a name that is no value",
        "The name stands for a struct, a single, a type, a flag or a procedure. A single's "
        "fields are values, it is not; a flag is asked by `when`.",
        "/* wrong */ if (recheck) mt = p.block.mt;\n/* right */ when (recheck) mt = p.block.mt;",
    ),
    "E215": Explanation(
        "a field of something that has none",
        "Only objects, singles, records and, in properties, threads have something behind a dot.",
        "/* wrong */ zone.lock.owner\n/* right */ held_by(zone.lock, c)",
    ),
    "E216": Explanation(
        "a value that is not given",
        "The left side waits for a value that the call on the right does not return.",
        "/* wrong */ got = spin_lock(lock);\n/* right */ got = spin_trylock(lock);",
    ),
    "E217": Explanation(
        "too many to go through",
        "`forall`, `exists`, `count`, `any`, `update` and `for each` go through objects, members "
        "of an enum, truth values or a range: something that has an end.",
        "/* wrong */ forall nat n: n >= 0\n/* right */ forall int 0..3 n: free[n]",
    ),
    "E218": Explanation(
        "a record's parts do not fit",
        "A record literal names every part once. A record's parts are plain values: no locks, "
        "indices, initial values, `const` or `ghost`.",
        "/* wrong */ word{ .locked = true }\n/* right */ word{ .locked = true, .tail = none }",
    ),
    "E219": Explanation(
        "never `none`",
        "`?` makes a reference optional. Numbers, truth values, enums and records are no "
        "references: give an enum one member more, or a record a `bool` that says if it is set.",
        "/* wrong */ migratetype? fallback = none;\n/* right */ page? head = none;",
    ),
    "E220": Explanation(
        "a statement without effect",
        "A question such as `held(l)` or a `define` stands alone as a statement: its value is "
        "thrown away. Assign it, test it, or take it away.",
        "/* wrong */ held(zone.lock);\n/* right */ assert locked: held(zone.lock);",
    ),
}
