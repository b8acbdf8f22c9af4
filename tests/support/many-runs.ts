import fc from 'fast-check';

/** A hundred times fast-check's usual number. A test with its own number keeps it. */
fc.configureGlobal({ numRuns: 10_000 });
