"""The same rules over columns: a Deal Profile as one Ibis expression that judges a whole table of deals."""
