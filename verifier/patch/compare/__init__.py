"""Two variants of one specification side by side, and what each patch flag between them is for."""
