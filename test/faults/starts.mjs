// Runs in place of a scorer and exits before it is ready, or is never ready.
if (process.env.ZEROSCOUT_TEST_START === 'exit') process.exit(3);
process.on('disconnect', () => process.exit(0));
process.on('message', () => {});
