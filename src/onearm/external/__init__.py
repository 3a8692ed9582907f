"""External controls, chosen blind: alignment, score, pairs, balance and gates, from baseline covariates alone.

`onearm.external.align.align` applies eligibility, `onearm.external.design.design` scores and pairs,
`onearm.external.diagnose.diagnose` says whether the pairs are alike. None of them can see an outcome.
"""
