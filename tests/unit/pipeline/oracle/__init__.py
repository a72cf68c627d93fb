"""Queries and fits worked out deal by deal, as plainly as can be: what the expressions over columns must agree with."""
