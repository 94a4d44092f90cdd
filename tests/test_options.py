"""What a person may choose about a training, and the sentence for everything else."""

import pytest

from mnist_cnn.network.model import DOWNSAMPLING
from mnist_cnn.optimization import recipes
from mnist_cnn.optimization.recipes import OPTIMIZERS, RECIPES
from mnist_cnn.training.options import Options, OptionsError


@pytest.mark.parametrize("recipe", RECIPES)
def test_without_choices_the_recipe_is_itself(recipe):
    options = Options.parse({"recipe": recipe})
    assert options.as_recipe() == RECIPES[recipe]
    assert repr(options.as_recipe()) == repr(RECIPES[recipe])  # what a checkpoint is told by
    assert (options.digits, options.downsampling, options.seed) == (60_000, "max", 1)


def test_nothing_chosen_is_the_lesson():
    assert Options.parse({}) == Options.of("lesson")
    blank = {"recipe": "", "epochs": None, "digits": "", "seed": None}
    assert Options.parse(blank) == Options.of("lesson")


@pytest.mark.parametrize(("recipe", "data"), [("lesson", "mnist"), ("best", "mnist+pens")])
def test_only_a_recipe_with_drawings_looks_for_them(recipe, data):
    assert Options.of(recipe).data == data


@pytest.mark.parametrize(
    ("name", "value", "parsed"),
    [
        ("epochs", "7", 7),
        ("epochs", 7.0, 7),
        ("epochs", 200, 200),
        ("batch_size", 1, 1),
        ("learning_rate", "0.02", 0.02),
        ("learning_rate", 1, 1.0),
        ("digits", "100", 100),
        ("downsampling", "stride", "stride"),
        ("data", "generated", "generated"),
        ("optimizer", "sgd", "sgd"),
        ("seed", 0, 0),
    ],
)
def test_a_choice_is_taken_as_a_form_or_json_has_it(name, value, parsed):
    found = getattr(Options.parse({name: value}), name)
    assert found == parsed
    assert type(found) is type(parsed)


def test_without_downsampling_batches_are_small_enough_to_stop_between_them():
    whole = {"downsampling": "none"}
    assert Options.parse(whole | {"batch_size": 128}).batch_size == 128
    for recipe in RECIPES:
        assert Options.parse(whole | {"recipe": recipe}).batch_size <= 128
    with pytest.raises(OptionsError) as caught:
        Options.parse(whole | {"batch_size": 129})
    assert caught.value.name == "batch_size"
    assert (caught.value.reason, caught.value.values) == ("batch", {"largest": 128, "value": 129})
    assert str(caught.value) == (
        "Batch size must be at most 128 without downsampling, not 129. Make it smaller, or choose "
        "another downsampling."
    )


COUNTS = "must be a whole number from"
REFUSALS = [
    ("epochs", 0, f"Epochs {COUNTS} 1 to 200, not 0."),
    ("epochs", 201, f"Epochs {COUNTS} 1 to 200, not 201."),
    ("epochs", 2.5, f"Epochs {COUNTS} 1 to 200, not 2.5."),
    ("epochs", "many", f"Epochs {COUNTS} 1 to 200, not 'many'."),
    ("epochs", True, f"Epochs {COUNTS} 1 to 200, not True."),
    ("epochs", [5], f"Epochs {COUNTS} 1 to 200, not [5]."),
    ("epochs", float("inf"), f"Epochs {COUNTS} 1 to 200, not inf."),
    ("epochs", 10**400, f"Epochs {COUNTS} 1 to 200, not {'1' + 39 * '0'}…."),
    ("batch_size", 0, f"Batch size {COUNTS} 1 to 512, not 0."),
    ("batch_size", "1024", f"Batch size {COUNTS} 1 to 512, not '1024'."),
    ("digits", 99, f"Digits {COUNTS} 100 to 60,000, not 99."),
    ("digits", 60_001, f"Digits {COUNTS} 100 to 60,000, not 60001."),
    ("seed", -1, f"Seed {COUNTS} 0 to 2,147,483,646, not -1."),
    ("learning_rate", 0, "Learning rate must be a number from 0.000001 to 1, not 0."),
    ("learning_rate", "nan", "Learning rate must be a number from 0.000001 to 1, not 'nan'."),
    ("learning_rate", 2, "Learning rate must be a number from 0.000001 to 1, not 2."),
    ("downsampling", "min", f"must be one of {', '.join(DOWNSAMPLING)}, not 'min'."),
    ("downsampling", 2, f"must be one of {', '.join(DOWNSAMPLING)}, not 2."),
    ("data", "../secret", "Data must be one of mnist, generated, mnist+pens, not '../secret'."),
    ("recipe", "soup", f"Recipe must be one of {', '.join(RECIPES)}, not 'soup'."),
    ("optimizer", "lion", f"Optimizer must be one of {', '.join(OPTIMIZERS)}, not 'lion'."),
    ("weights", "x", "There is no option 'weights', only recipe, epochs, batch_size, "),
]


@pytest.mark.parametrize(("name", "value", "sentence"), REFUSALS)
def test_a_bad_value_is_refused_with_a_sentence(name, value, sentence):
    with pytest.raises(OptionsError) as caught:
        Options.parse({"epochs": 3} | {name: value})
    assert sentence in str(caught.value)
    assert caught.value.name == name


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(OptionsError) as caught:
        Options.parse({"digits": 7, "epochs": "many", "optimizer": "adam", "seed": -1})
    assert caught.value.name == "digits"
    assert [error.name for error in caught.value.others] == ["epochs", "seed"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_another_optimizer_gets_a_rate_that_suits_it_unless_one_is_chosen(optimizer):
    chosen = Options.parse({"recipe": "lesson", "optimizer": optimizer})
    assert chosen.learning_rate == OPTIMIZERS[optimizer]
    chosen = Options.parse({"optimizer": optimizer, "learning_rate": 0.5})
    assert chosen.as_recipe().learning_rate == 0.5


def test_choices_become_a_recipe_that_keeps_the_rest():
    options = Options.parse({"recipe": "best", "epochs": 2, "batch_size": 32, "digits": 6000})
    recipe, best = options.as_recipe(), RECIPES["best"]
    assert (recipe.epochs, recipe.batch_size, recipe.drawings) == (2, 32, 1500)
    assert (recipe.variation, recipe.warm_up) == (best.variation, best.warm_up)


@pytest.mark.parametrize(
    ("recipe", "data", "drawings"),
    [
        ("best", "mnist", 0),
        ("best", "generated", 0),
        ("best", "mnist+pens", 15_000),
        ("lesson", "mnist+pens", 15_000),
    ],
)
def test_drawings_are_learned_from_where_the_data_has_them(recipe, data, drawings):
    assert Options.parse({"recipe": recipe, "data": data}).as_recipe().drawings == drawings


def test_every_recipe_uses_an_optimizer_that_can_be_chosen():
    assert {recipe.optimizer for recipe in recipes.RECIPES.values()} <= set(OPTIMIZERS)
