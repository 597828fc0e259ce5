import requests
admin_key = "YOUR_ADMIN_API_KEY"
headers = {"Authorization": f"Bearer {admin_key}"}
# Revoke old key
requests.delete(
"https://api.anthropic.com/v1/api-keys/OLD_KEY_ID",
headers=headers
)
# Create new key
response = requests.post(
"https://api.anthropic.com/v1/api-keys",
headers=headers,
json={"name": "backend-service-key-v2", "role": "developer"}
)
new_key = response.json()["key"]
print(f"New key: {new_key}")
