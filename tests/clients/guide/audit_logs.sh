# Fetch audit logs via API
curl -H "Authorization: Bearer YOUR_ADMIN_KEY" \
"https://api.anthropic.com/v1/organizations/audit-logs?limit=50"
