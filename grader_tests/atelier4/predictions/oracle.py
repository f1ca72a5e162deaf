"""4.10, second part: the predictions that the fine-tuned model wrote to a file. No function is called."""

from attentif.exercises import Exercise, Text

EXERCISE = Exercise(
    name="predictions",
    atelier="atelier4",
    number="4.10",
    title=Text("Les prédictions du modèle affiné", "The fine-tuned model's predictions"),
    points=3,
    functions=(),
    reference={},
    independent={},
    public=list,
    draw=lambda _rng: [],
)
