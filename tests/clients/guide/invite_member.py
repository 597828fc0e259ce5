# Example using Anthropic Management API (Python)
import requests
headers = {
"Authorization": "Bearer YOUR_ADMIN_API_KEY",
"Content-Type": "application/json"
}
payload = {
"email": "[email protected]",
"role": "developer" # Options: admin, developer, viewer
}
response = requests.post(
"https://api.anthropic.com/v1/organizations/members",
headers=headers,
json=payload
)
if response.status_code == 200:
    print("Team member invited successfully")
else:
    print(f"Error: {response.json()}")
