"""SMT and SAT solvers, each in a process of its own, and what they are asked."""
