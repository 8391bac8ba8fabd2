// Package network serves what connects pods: services with their addresses and ports, endpoints, ingresses, network
// policies.
package network
