"""The Web API's methods, one module a family; `dispatch.py` finds the method, checks the token, and answers."""
