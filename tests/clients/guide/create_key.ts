// TypeScript example using Anthropic SDK
import Anthropic from '@anthropic-ai/sdk';
const admin = new Anthropic({
apiKey: 'YOUR_ADMIN_API_KEY'
});
async function createTeamKey() {
const newKey = await admin.apiKeys.create({
name: 'backend-service-key',
role: 'developer',
rate_limit: {
requests_per_minute: 100,
tokens_per_minute: 100000
}
});
console.log('New API key:', newKey.id);
}
createTeamKey();
