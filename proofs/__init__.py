"""What an answer is, and how it is checked without the engine that found it."""
