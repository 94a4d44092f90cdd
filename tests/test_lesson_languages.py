"""What a chapter says in one language it says in every other, paragraph by paragraph."""

from mnist_cnn.lesson.chapters import CHAPTERS, PLACEHOLDER, file_of, languages


def figures_of_each_paragraph(tag, name):
    text = file_of(tag, name).read_text(encoding="utf-8")
    return [sorted(set(PLACEHOLDER.findall(paragraph))) for paragraph in text.strip().split("\n\n")]


def test_every_paragraph_has_the_figures_of_the_english_one():
    differ = {
        (tag, name)
        for tag in languages()
        for name in CHAPTERS
        if figures_of_each_paragraph(tag, name) != figures_of_each_paragraph("en", name)
    }
    assert differ == set()
