/** The MSP's own organization has one id in every world, so that settings and exchanges can name it. */
export const parentId = '44d88612-fea8-4bf3-ade8-2e1278abb02f'
