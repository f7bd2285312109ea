// Package house holds what is true of the repository as a whole: who may import
// whom, that the libraries stand alone, that the module can be renamed. It has
// tests only.
package house
