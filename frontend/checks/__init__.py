"""What is wrong with code that has a meaning: torn statements, procedures that nothing calls, names
that nothing uses."""
