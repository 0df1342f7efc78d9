"""The results of a run as text, documents and files."""
