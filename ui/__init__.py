"""The interface in the browser: HTTP and pixels. Asks the assistant; decides nothing itself."""
