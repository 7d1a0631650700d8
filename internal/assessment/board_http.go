package assessment

import "touyan/internal/access"

func (m *Module) boardRoutes() []access.Route { return nil }
