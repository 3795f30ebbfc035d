// Runs a DNS server on 127.0.0.1:53 that prints the name in every question and answers that it does not
// exist, for network namespaces of tests.
import dgram from 'node:dgram';

const ANSWER = 0x80;
const NO_SUCH_NAME = 3;

const server = dgram.createSocket('udp4');
server.on('message', (question, { port, address }) => {
  const labels = [];
  for (let at = 12; question[at]; at += question[at] + 1)
    labels.push(question.toString('latin1', at + 1, at + 1 + question[at]));
  console.log(`asked ${labels.join('.')}`);
  const answer = Buffer.from(question);
  answer[2] |= ANSWER;
  answer[3] = (answer[3] & 0xf0) | NO_SUCH_NAME;
  server.send(answer, port, address);
});
server.bind(53, '127.0.0.1', () => console.log('listening'));
