"""A class graded: jobs, records, one writer."""
