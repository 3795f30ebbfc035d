// Lists the edges of a cell of four nodes in which every node reads all nodes before it.

/** The edges 1<-0, 2<-0, 2<-1, 3<-0, 3<-1, 3<-2; node 0 is the cell's input, node 3 its output. */
export const FOUR_NODE_EDGES = [
  { to: 1, from: 0 },
  { to: 2, from: 0 },
  { to: 2, from: 1 },
  { to: 3, from: 0 },
  { to: 3, from: 1 },
  { to: 3, from: 2 },
] as const;
