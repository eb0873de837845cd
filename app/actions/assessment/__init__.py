"""Questionnaires without a database: conditions, answers, how far a run is, documents, versions."""
