export { type Answered, type ComparedQuestion, compareAnswers, type Difference } from './compare.ts';
export { parseQueries, type QueryProblem } from './queries.ts';
