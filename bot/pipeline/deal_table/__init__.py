"""The deals of the store as one table of columns, judged by the live profile: a copy that can always be made again."""
