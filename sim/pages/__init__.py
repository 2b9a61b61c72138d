"""The pages of the app: text, widgets and charts. The only room with Streamlit."""
