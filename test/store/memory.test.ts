// Tests that the memory store keeps the contract.
import { createMemoryStore } from '../../store/memory.js';
import { storeContract } from './contract.js';

storeContract({ name: 'memory', open: async () => createMemoryStore() });
