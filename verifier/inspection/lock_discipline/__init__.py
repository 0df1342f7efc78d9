"""Lock discipline: variables that are accessed with and without the lock that guards them."""
