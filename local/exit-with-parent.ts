/**
 * Loaded into every process that local AWS starts (`node --import`): it ends when the process that started it is gone,
 * however that ended. Needs an IPC channel among its stdio.
 */
process.once('disconnect', () => process.exit());
// Listening would keep the process alive by itself.
process.channel?.unref();

export {};
