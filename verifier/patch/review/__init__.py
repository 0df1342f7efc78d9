"""A patch held against a specification: what of it is modelled, by what, and what is not.

`mail` finds the texts in a file, `lines` takes quotes and folding off them, `splitting` finds files
and hunks (`names`: how files are called), `foreign` refuses what is no unified diff, `repair` makes
proper hunks of damaged ones, `reading` does all that and parses them. `places` tells which
functions a hunk touches (`csource`: what lines of C show, `languages`: which files are C),
`mapping` what the specification says it models, `matching` joins the two; `reply` and `report_json`
print the result.
"""
