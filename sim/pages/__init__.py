"""The pages of the app: text, widgets and charts. The only room with Streamlit."""

from sim.tables import short_texts

short_texts()
