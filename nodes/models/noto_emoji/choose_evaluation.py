"""Chooses what the built-in model is measured on: evaluation.json, committed before anything was trained.

    python choose_evaluation.py

A concept is a short caption and the pictures that count as showing it. A held-out pair is a colour and a
concept none of whose pictures is ever shown in that colour in training. Chance is what a model
gets that ignores the prompt.
"""

import json
import random
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COLOURS = ("red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink")

CONCEPTS = (
    """
dog|cat|frog|tiger|lion|horse|cow|pig|elephant|giraffe|zebra|rabbit|bear|panda|koala|penguin|owl|duck
flamingo|parrot|turtle|snake|whale|dolphin|fish|shark|octopus|crab|snail|butterfly|rose|sunflower|tulip
cactus|mushroom|palm tree|grapes|watermelon|lemon|banana|pineapple|apple|pear|cherries|strawberry|avocado
carrot|broccoli|bread|croissant|pancakes|cheese|hamburger|french fries|pizza|hot dog|taco|egg|donut
ice cream|volcano|house|castle|ferris wheel|train|bus|ambulance|taxi|car|tractor|bicycle|motorcycle|sailboat
airplane|helicopter|rocket|umbrella|snowman|rainbow|star|soccer ball|basketball|trophy|balloon|guitar|violin
drum|camera|laptop|key|hammer|scissors|candle|light bulb|crown|glasses|book|pencil|alarm clock|ghost
""".strip()
    .replace("\n", "|")
    .split("|")
)

# Further pictures that show the concept beside the one whose caption it is.
SHOWS = {
    "dog": ["dog face", "poodle", "service dog"],
    "cat": ["cat face", "black cat", "grinning cat"],
    "tiger": ["tiger face"],
    "horse": ["horse face"],
    "cow": ["cow face", "ox"],
    "pig": ["pig face"],
    "rabbit": ["rabbit face"],
    "bear": ["teddy bear"],
    "whale": ["spouting whale"],
    "fish": ["tropical fish"],
    "rose": ["wilted flower"],
    "mushroom": ["champignon"],
    "apple": ["green apple"],
    "bread": ["baguette"],
    "egg": ["cooking"],
    "ice cream": ["ice cream cone"],
    "volcano": ["mount fuji"],
    "house": ["house with garden", "houses"],
    "castle": ["japanese castle"],
    "train": ["high-speed train", "bullet train", "tram", "monorail"],
    "car": ["oncoming automobile", "sport car", "taxi"],
    "motorcycle": ["motor scooter"],
    "airplane": ["small airplane"],
    "umbrella": ["closed umbrella", "umbrella on ground"],
    "star": ["glowing star"],
    "drum": ["long drum"],
    "camera": ["movie camera", "video camera"],
    "laptop": ["desktop computer"],
    "key": ["old key"],
    "glasses": ["sunglasses"],
    "book": ["open book", "books", "notebook", "notebook with decorative cover"],
    "guitar": ["banjo"],
}

# Concepts for the pairs: things of one clear natural colour, which is not among the colours asked of them.
NATURAL = {
    "frog": "green",
    "cat": "yellow",
    "fish": "blue",
    "octopus": "red",
    "turtle": "green",
    "owl": "orange",
    "snail": "orange",
    "apple": "red",
    "strawberry": "red",
    "banana": "yellow",
    "pear": "green",
    "carrot": "orange",
    "pineapple": "yellow",
    "rose": "red",
    "cactus": "green",
    "sunflower": "yellow",
    "mushroom": "red",
    "donut": "pink",
    "pizza": "orange",
    "car": "red",
    "taxi": "yellow",
    "house": "orange",
    "bus": "yellow",
    "helicopter": "yellow",
    "sailboat": "red",
    "umbrella": "blue",
    "balloon": "red",
    "guitar": "red",
    "book": "red",
    "star": "yellow",
    "crown": "yellow",
    "key": "yellow",
    "candle": "orange",
    "pencil": "orange",
    "elephant": "grey",
    "lion": "orange",
    "snake": "green",
    "duck": "green",
    "butterfly": "orange",
    "basketball": "orange",
}

README = (
    """
red apple|frog|yellow car|green apple|taxi|cat face|pizza|cactus|rocket|blue car|purple flower|yellow apple
airplane|fish|house|ice cream|blue frog|pink elephant|green house|red rose|guitar|soccer ball|umbrella|tiger
purple fish|orange bicycle|watermelon|penguin|castle|hamburger|butterfly|blue strawberry
""".strip()
    .replace("\n", "|")
    .split("|")
)


NEAR = {
    "orange": {"red", "yellow"},
    "yellow": {"orange"},
    "red": {"orange", "pink"},
    "pink": {"red", "purple"},
}


def main() -> None:
    """Write evaluation.json."""
    records = json.loads((HERE / "noto_emoji.json").read_text())
    concepts = [{"caption": name, "shows": [name, *SHOWS.get(name, [])]} for name in CONCEPTS]
    shows = {concept["caption"]: concept["shows"] for concept in concepts}
    named = {record["caption"] for record in records}
    missing = sorted({name for names in shows.values() for name in names} - named)
    if missing:
        raise ValueError(f"expected captions of the set, got {missing}")
    pairs = held_out(shows)
    chance = {
        "concept": share(concepts, len(records)),
        "pair concept": share(pairs, len(records)),
        "colour": round(1 / len(COLOURS), 5),
    }
    write({"concepts": concepts, "held_out": pairs, "chance": chance, "readme": README})


def held_out(shows: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Choose a colour for each concept that it doesn't have by nature, nor nearly."""
    draw = random.Random(2)
    pairs: list[dict[str, Any]] = []
    for place, (concept, natural) in enumerate(NATURAL.items()):
        barred = {natural} | NEAR.get(natural, set())
        free = [colour for colour in COLOURS if colour not in barred and f"{colour} {concept}" not in README]
        colour = COLOURS[place % len(COLOURS)]
        colour = colour if colour in free else draw.choice(free)
        pairs.append(
            {"caption": f"{colour} {concept}", "colour": colour, "concept": concept, "shows": shows[concept]}
        )
    pairs[0] |= {"caption": "blue frog", "colour": "blue"}
    return pairs


def share(asked: list[dict[str, Any]], size: int) -> float:
    """Part of the pictures that show what is asked, on average: what chance would hit."""
    return round(sum(len(one["shows"]) for one in asked) / len(asked) / size, 5)


def write(whole: dict[str, Any]) -> None:
    """Write the file with a line for each entry of a list."""
    parts: list[str] = []
    for key, value in whole.items():
        listed = isinstance(value, list)
        body = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]" if listed else json.dumps(value)
        parts.append(f" {json.dumps(key)}: {body}")
    (HERE / "evaluation.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    main()
