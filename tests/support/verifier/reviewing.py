"""A small driver's patch and specification for the tests of `review`, and what mail does to it."""

from __future__ import annotations

import re
from functools import cache

from frontend.source.spans import Source
from frontend.syntax.parser import parse
from verifier.patch.review.mapping import mapping_of
from verifier.patch.review.matching import review
from verifier.patch.review.reading import read_patch
from verifier.patch.review.records import Finding, Mapping, Patch, Review

SPEC = """\
/* Two threads count items in a queue; the patch takes the lock. */
spec tiny;

not modelled "interrupts";

patch take_lock  "queue_put() holds queue->lock";
patch count_slow "slow items are counted, too";

variant before = {};
variant after  = { take_lock, count_slow };

single queue {
	spinlock lock;
	int items = 0;
	int slow_items = 0;
	ghost int added = 0;
}

thread cpu {
	queue_put();
}

proc queue_put()
	models "drivers/tiny/queue.c:queue_put"
{
	int old;

	when (take_lock)
		spin_lock(queue.lock);
	old = queue.items;
	queue.items = old + 1;
	queue.added++;
	queue_slow();
	when (take_lock)
		spin_unlock(queue.lock);
}

proc queue_slow()
	models "drivers/tiny/queue.c:queue_slow", "drivers/tiny/queue.c:queue_gone"
{
	when (count_slow)
		queue.slow_items++;
}

invariant counted "nothing is lost":
	!held(queue.lock) => queue.items == queue.added;

bound cpu = 2;

expect before violates counted;
"""

PATCH = """\
From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001
From: Some One <one@example.com>
Date: Tue, 24 Nov 2026 12:14:51 +0000
Subject: [PATCH] tiny: take the lock

---
 drivers/tiny/queue.c | 15 +++++++++++++--
 include/tiny/queue.h | 15 +++++++++++++++
 2 files changed, 28 insertions(+), 2 deletions(-)

diff --git a/drivers/tiny/queue.c b/drivers/tiny/queue.c
index 77b7234..ec5682e 100644
--- a/drivers/tiny/queue.c
+++ b/drivers/tiny/queue.c
@@ -12,4 +12,5 @@ out:
 \tpr_debug("weight %d\\n", ret);
 \tqueue->last = item;
+\tqueue->slow_items++;
 \tif (!queue->first)
 \t\tqueue->first = item;
@@ -23,10 +24,14 @@ int queue_put(struct queue *queue, struct item *item)
 {
 \tint old;
+\tint ret;
\x20
+\tspin_lock(&queue->lock);
 \tif (queue->items == queue->limit)
-\t\treturn -ENOSPC;
+\t\tgoto full;
 \told = queue->items;
 \tqueue->items = old + 1;
-\treturn queue_slow(queue, item);
+\tret = queue_has_slow(queue) ? 0 : queue_slow(queue, item);
+\tspin_unlock(&queue->lock);
+\treturn ret;
 }
\x20
@@ -35,2 +40,8 @@ static void queue_reset(struct queue *queue)
 \tqueue->items = 0;
 }
+
+/* Empties it. */
+static void queue_drop(struct queue *queue)
+{
+\tqueue->first = NULL;
+}
diff --git a/include/tiny/queue.h b/include/tiny/queue.h
index 17dab48..325794d 100644
--- a/include/tiny/queue.h
+++ b/include/tiny/queue.h
@@ -8,4 +8,11 @@ struct queue {
 \tint limit;
 \tint spare;
+#ifdef CONFIG_TINY_SLOW
+\t/*
+\t * How many of the items are slow.
+\t * Under queue->lock.
+\t */
+\tint slow_items;
+#endif
 \t/* what the driver sees */
 \tstruct item *first;
@@ -14,4 +21,8 @@ struct queue {
\x20
 #ifdef CONFIG_TINY_SLOW
+static inline bool queue_has_slow(struct queue *queue)
+{
+\treturn queue->slow_items;
+}
 static inline bool queue_is_slow(struct queue *queue)
 {
@@ -19,4 +30,8 @@ static inline bool queue_is_slow(struct queue *queue)
 }
 #else
+static inline bool queue_has_slow(struct queue *queue)
+{
+\treturn false;
+}
 static inline bool queue_is_slow(struct queue *queue)
 {
--\x20
2.39.5

"""


def diff_of(text: str) -> str:
    """The text from its first `diff --git` to before the signature."""
    return "diff --git" + text.partition("diff --git")[2].partition("\n-- \n")[0] + "\n"


def stripped(text: str) -> str:
    """The patch as web pages and mail programs leave it: white space collapsed, leading spaces
    lost, lines of a brace or of the preprocessor gone."""
    found = []
    for line in diff_of(text).split("\n"):
        marker, rest = line[:1], line[1:]
        if line.startswith(("diff", "index", "---", "+++", "@@")):
            found.append(line)
        elif rest.strip() not in ("{", "}") and not rest.startswith("#"):
            rest = re.sub(r"[ \t]+", " ", rest)
            found.append(marker + rest if marker in "+-" and rest else rest.strip())
    return "Subject[PATCH] tiny: take the lock\nIt is needed.\n\n" + "\n".join(found)


def patch_of(text: str | bytes) -> Patch:
    content = text if isinstance(text, bytes) else text.encode()
    return read_patch("the.patch", content)


@cache
def tiny() -> Mapping:
    return models_of(SPEC)


def models_of(spec: str) -> Mapping:
    source = Source("tiny.alloc", spec)
    return mapping_of(source, parse(source))


def review_of(text: str | bytes, models: Mapping | None = None) -> Review:
    added = {"take_lock", "count_slow"}
    return review(patch_of(text), models if models is not None else tiny(), added)


def findings(found: Review) -> list[Finding]:
    return [finding for item in found.hunks for finding in item.findings]


def table(found: Review) -> list[tuple[int, str, str]]:
    """Hunk, place, and procedure (in brackets where inferred) or the reason's first words."""
    return [
        (
            item.hunk.number,
            finding.part.place.name or finding.part.place.kind,
            ", ".join(
                f"[{one.name}]" if finding.inferred else one.name for one in finding.procedures
            )
            or " ".join(finding.reason.split()[:3]),
        )
        for item in found.hunks
        for finding in item.findings
    ]
