"""A counter behind a lock or not, a ring of references, and bulk updates."""

from __future__ import annotations

from frontend.formulas.building import exists, forall, negation
from frontend.model import (
    BOOL,
    INT,
    LOCK,
    NAT,
    TRUE,
    Assert,
    Assign,
    At,
    Bound,
    Bulk,
    Check,
    Constant,
    EnumType,
    Expression,
    Model,
    Pick,
    Quantified,
    QuantifierKind,
    Read,
    Require,
    Temporary,
    Write,
)
from tests.support.verifier.building import (
    SPAN,
    Program,
    asserted,
    binary,
    fault,
    invariant,
    model,
    number,
    reachable,
    reference,
    variable,
)

CPU, PAGE = reference("cpu"), reference("page")
LOCKED = Read("lock", (), LOCK)
TOTAL = Read("total", (), INT)
C, D = Bound("c", CPU), Bound("d", CPU)


def counting(*, locked: bool) -> Model:
    """Two steps add one to a total: with the lock, nothing is lost."""
    body = Program("cpu", 5)
    mine = Read("cpu/n", (body.me,), INT)
    if locked:
        body.lock(0, 1, LOCKED)
    else:
        body.step(0, 1)
    body.step(1, 2, Assign("cpu/n", (body.me,), TOTAL))
    body.step(2, 3, Assign("total", (), binary("+", mine, number(1))))
    if locked:
        body.unlock(3, 4, LOCKED)
    else:
        body.step(3, 4)
    body.live("cpu/n", [2])
    finished = At(C, frozenset({4}))
    everyone = Quantified(QuantifierKind.COUNT, (D,), TRUE, NAT)
    lost = binary("=>", forall((C,), finished), binary("==", TOTAL, everyone))
    inside = frozenset({2})
    together = forall(
        (C, D),
        binary("=>", binary("&&", At(C, inside), At(D, inside)), binary("==", C, D)),
    )
    return model(
        [
            variable("lock", LOCK),
            variable("total", INT, 0),
            variable("cpu/n", INT, index=(CPU,), thread="cpu"),
        ],
        [body],
        [
            invariant("counts_all", lost),
            invariant("alone", together),
            reachable("done", forall((C,), finished)),
            reachable("beyond", binary(">", TOTAL, number(3))),
        ],
    )


def ring() -> Model:
    """Pages in a circle of optional references; a walker takes them out one by one."""
    body = Program("cpu", 3)
    chosen, other = Temporary("chosen", PAGE), Temporary("other", PAGE)
    link = reference("page", optional=True)
    none = Constant(None, link)

    def following(page: Expression) -> Read:
        return Read("page.next", (page,), link)

    mine = Read("cpu/p", (body.me,), PAGE)
    body.step(
        0,
        1,
        Pick(chosen),
        Require(binary("!=", following(chosen), none)),
        Assign("cpu/p", (body.me,), chosen),
    )
    body.step(
        1,
        2,
        Check("none", binary("!=", following(mine), none), SPAN, "p.next"),
        Assert("not_itself", binary("!=", following(mine), mine), SPAN),
        Assign("page.next", (mine,), following(following(mine))),
        alternative=0,
    )
    body.step(
        2,
        0,
        Pick(other),
        Assign("page.next", (other,), none),
    )
    body.live("cpu/p", [1])
    p, q = Bound("p", PAGE), Bound("q", PAGE)
    unshared = binary("=>", binary("==", following(p), following(q)), binary("==", p, q))
    defined = binary("!=", following(p), none)
    return model(
        [
            variable("page.next", link, index=(PAGE,), free=True),
            variable("cpu/p", PAGE, index=(CPU,), thread="cpu"),
        ],
        [body],
        [
            fault("none"),
            asserted("not_itself"),
            reachable("empty", forall((p,), binary("==", following(p), none))),
            invariant("apart", binary("||", exists((p,), negation(defined)), TRUE)),
        ],
        sorts=["page"],
        assumptions=[
            ("a_permutation", forall((p,), defined)),
            ("injective", forall((p, q), unshared)),
        ],
    )


def painting() -> Model:
    """Bulk updates that read what they write, over two binders, and an index by an enum."""
    colour = EnumType("colour", ("red", "green", "blue"))
    body = Program("cpu", 3)
    p, q = Bound("p", PAGE), Bound("q", PAGE)

    def near(left: Expression, right: Expression) -> Read:
        return Read("near", (left, right), BOOL)

    def shade(page: Expression) -> Read:
        return Read("page.colour", (page,), colour)

    chosen, picked = Temporary("chosen", PAGE), Temporary("picked", colour)
    turned = Bulk((p, q), negation(near(q, p)), (Write("near", (p, q), near(q, p)),))
    painted = Bulk(
        (p,),
        near(p, chosen),
        (
            Write("page.colour", (p,), picked),
            Write("used", (shade(p), p), binary("==", shade(p), picked)),
        ),
    )
    body.step(0, 1, Pick(chosen), Pick(picked), Assign("near", (chosen, chosen), TRUE), painted)
    body.step(1, 2, turned)
    body.step(2, 0, Pick(chosen), Assign("near", (chosen, chosen), Constant(False, BOOL)))
    red = Constant("red", colour)
    return model(
        [
            variable("page.colour", colour, "red", (PAGE,)),
            variable("near", BOOL, False, (PAGE, PAGE)),
            variable("used", BOOL, False, (colour, PAGE)),
        ],
        [body],
        [
            invariant("all_red", forall((p,), binary("==", shade(p), red))),
            invariant("no_red_used", forall((p,), negation(Read("used", (red, p), BOOL)))),
            invariant("irreflexive", forall((p, q), binary("=>", near(p, q), binary("==", p, q)))),
        ],
        sorts=["page"],
        enums=[colour],
    )
