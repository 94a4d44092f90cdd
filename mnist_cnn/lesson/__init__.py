"""The lesson: chapters whose words, pictures and questions rest on the real network."""
