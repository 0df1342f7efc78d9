"""Text and where things stand in it; diagnostics, what each code means, and how they are drawn."""
