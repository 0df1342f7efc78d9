"""A patch held against a specification: what of it is modelled, by what, and what is not.

`mail` finds the text of the patch in a file, `repair` makes a proper diff of it and says what it
changed, `reading` parses that, `places` tells which functions a hunk touches, `mapping` what the
specification says it models, `matching` joins the two; `reply` and `report_json` print the result.
"""
