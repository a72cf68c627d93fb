"""The figures of the pipeline: a typed query as one Ibis expression over the judged deal table, and what it gives."""
