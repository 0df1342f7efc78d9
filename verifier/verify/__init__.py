"""Which engine is asked what and when, what is believed of its answers, and the results as
values."""
