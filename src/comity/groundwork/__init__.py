"""What every office stands on: people and their roles, the event table and the act, citations, files, translated text, ids,
mail and jobs. It knows no office; offices register with it what they add (event types, roles, kinds of object).
"""
