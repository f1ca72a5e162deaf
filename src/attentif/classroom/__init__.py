"""An atelier's class, seen as a whole: from grades and results that are kept, nothing is graded again."""
