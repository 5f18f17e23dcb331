import Fastify from 'fastify';

// A bare Fastify route that parses a body and returns the JSON it was started with: `node bare.ts PORT JSON`.

const [port, json] = process.argv.slice(2);
const answer = JSON.parse(json);
const app = Fastify();
app.post('/predict/category', () => answer);
app.get('/readyz', () => ({}));
await app.listen({ port: Number(port), host: '127.0.0.1' });
