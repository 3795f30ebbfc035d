// In: the memory store. Out: it keeps the contract.
import { createMemoryStore } from '../../store/memory.js';
import { storeContract } from './contract.js';

storeContract({ name: 'memory', open: async () => createMemoryStore() });
