"""What is said of a solution's idea, after several attempts."""

from __future__ import annotations

from attentif.words.text import Text

HEADING = Text("Après trois essais : l'idée de la solution", "After three attempts: the idea of the solution")
STATEMENT = Text(
    "Revenez à l'énoncé : écrivez la formule symbole par symbole, chaque symbole avec sa forme, et une ligne de code "
    "pour chaque opération. Puis refaites l'exemple à la main avec votre fonction, en affichant chaque étape "
    "(`print`) : la première valeur qui n'est pas celle de l'énoncé montre la ligne à revoir.",
    "Go back to the statement: write the formula symbol by symbol, each with its shape, and a line of code for each "
    "operation. Then redo the worked example with your function, and `print` each step: the first value that is not "
    "the statement's shows which line to look at.",
)
