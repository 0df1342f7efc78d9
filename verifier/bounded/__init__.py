"""A model at given sizes as a transition system over Z3."""
