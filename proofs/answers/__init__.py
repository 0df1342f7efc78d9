"""The answers and the plain values that they carry: verdicts, traces, invariants."""
