"""The chatbot's intents: utterances in French and English, and the classifier that reads them."""
