"""A question -> evidence -> an answer that cites it -> a check of the answer against its evidence.

`service.AnswerService` is the way in and `model` has the types. Only this room knows a language model, and it imports
the libraries for one only when a model is configured.
"""
