"""From statements to the control flow of a thread, procedures inlined."""
